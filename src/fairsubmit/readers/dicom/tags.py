"""Which elements are read, by their keywords (PS3.6)."""

from __future__ import annotations

__all__ = ["EXTENT", "FULL", "INDEX", "PATIENT", "STAFF", "STOP_FULL", "STOP_INDEX"]

# What the identity of a patient is told by (PS3.15, Table E.1-1, of these modules).
PATIENT = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientBirthTime"),
    *("PatientBirthName", "PatientMotherBirthName", "OtherPatientIDs"),
    *("OtherPatientNames", "OtherPatientIDsSequence", "PatientAddress"),
    *("PatientTelephoneNumbers", "PatientTelecomInformation", "MedicalRecordLocator"),
    *("MilitaryRank", "CountryOfResidence", "RegionOfResidence", "Occupation"),
    *(
        "PatientComments",
        "AdditionalPatientHistory",
        "PatientInsurancePlanCodeSequence",
    ),
    *("ResponsiblePerson", "PatientReligiousPreference", "AccessionNumber"),
)
# Who treated the patient and worked the device, and where.
STAFF = (
    *("ReferringPhysicianName", "ReferringPhysicianAddress"),
    *("ReferringPhysicianTelephoneNumbers", "PerformingPhysicianName"),
    *("PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "RequestingPhysician"),
    *("OperatorsName", "ContentCreatorName", "ReviewerName", "VerifyingObserverName"),
    *("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"),
)
_KIND = (
    *("SOPClassUID", "SOPInstanceUID", "ImageType", "Modality"),
    *("SeriesInstanceUID", "PyramidUID"),
    *("InstanceNumber", "ConcatenationUID", "InConcatenationTotalNumber"),
    *("NumberOfFrames", "Rows", "Columns", "SamplesPerPixel", "BitsAllocated"),
    *("ImagePositionPatient", "ImageOrientationPatient", "TotalPixelMatrixColumns"),
    *("TotalPixelMatrixRows", "OpticalPathSequence", "TotalPixelMatrixFocalPlanes"),
)
INDEX = _KIND
# What the bytes of pixels are counted from.
EXTENT = (
    *("Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "NumberOfFrames"),
    "PhotometricInterpretation",
)
FULL = (
    *_KIND,
    *PATIENT,
    *STAFF,
    *("PatientIdentityRemoved", "BurnedInAnnotation", "SpecimenLabelInImage"),
    *("SeriesDescription", "Manufacturer", "ManufacturerModelName"),
    *("SoftwareVersions", "DetectorManufacturerName"),
    *("DetectorManufacturerModelName", "AcquisitionDateTime", "AcquisitionDate"),
    *("AcquisitionTime", "ContentDate", "ContentTime", "TimezoneOffsetFromUTC"),
    *("PhotometricInterpretation", "BitsStored", "PixelRepresentation"),
    *("PixelSpacing", "SpacingBetweenSlices", "FrameTime", "FrameTimeVector"),
    *("FrameIncrementPointer", "DimensionOrganizationType"),
    *("DimensionIndexSequence", "SharedFunctionalGroupsSequence"),
    *("NumberOfOpticalPaths", "ImagedVolumeWidth", "ImagedVolumeHeight"),
    *("SequenceOfUltrasoundRegions", "SegmentationType", "SegmentSequence"),
)
# Per-frame functional groups; they can be longer than the pixels.
STOP_FULL = 0x52009230
STOP_INDEX = 0x00480304
