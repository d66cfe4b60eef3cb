"""One step a file; a step that was released is not changed any more."""
