"""The submission as a workbook (``.xlsx``): one sheet a section, one row a part.

`fairsubmit.workbook.read.read_workbook` gives the same `Document` as the YAML does,
with the cell of every value; `fairsubmit.workbook.write.write_workbook` makes the
sheets, with drop-down lists and help. Both need libraries of the extra ``workbook``.
"""
