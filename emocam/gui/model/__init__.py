"""What the window says about the network of the current model."""
