"""FTP and FTPS: ``STOR``, and ``REST`` to go on at the byte where it broke."""

from fairsubmit.transports.ftp.server import FtpServer
from fairsubmit.transports.ftp.transport import FtpTransport

__all__ = ["FtpServer", "FtpTransport"]
