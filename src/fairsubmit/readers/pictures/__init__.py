"""Pictures that any program writes: PNG, JPEG, JPEG 2000 and BMP."""
