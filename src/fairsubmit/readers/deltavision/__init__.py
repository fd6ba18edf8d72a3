"""DeltaVision: images of softWoRx and their logs."""
