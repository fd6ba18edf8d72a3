"""DICOM: whole slides, volumes and single pictures; headers only, through pydicom."""
