"""Tables and queries of announcements to firms (公告通知) and of the topics that firms want."""
