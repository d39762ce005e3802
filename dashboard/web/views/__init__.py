"""Views: the texts, tones and numbers of the page, computed from the live state."""
