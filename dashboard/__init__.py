"""Live dashboard for leveraged crypto positions: reads exchanges, never trades."""
