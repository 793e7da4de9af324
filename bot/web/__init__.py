"""The doors of HTTP. They parse, call one service and shape the answer; they decide nothing."""
