"""The BioImage Archive, through BioStudies."""
