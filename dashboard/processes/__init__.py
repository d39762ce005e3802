"""The processes: all in one (`standalone`), or the feed and the web workers separately."""
