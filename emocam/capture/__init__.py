"""A source played through the engine, on one thread, without Qt."""
