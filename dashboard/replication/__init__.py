"""The live state between processes: one feed publishes through Redis, any number of web workers mirror."""
