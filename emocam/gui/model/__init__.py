"""What the window tells about the network in use."""
