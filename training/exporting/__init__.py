"""From a fitted network to the file that the app opens."""
