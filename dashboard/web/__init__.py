"""The page: a Dash app that paints views of the live state. It calculates nothing."""
