"""The composition of all rooms: from an exchange to the position book, and the outlets over both."""
