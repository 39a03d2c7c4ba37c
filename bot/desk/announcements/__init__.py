"""公告通知: announcements to firms of parks and topics."""
