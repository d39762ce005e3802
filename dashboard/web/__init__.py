"""The page: a Dash app that shows views of the live state. It calculates nothing itself."""
