"""The part of fsop that talks to Feast: one process per fsop command.

Run as ``python -X utf8 -u PATH/python/fsop_driver``; the protocol is written down
in ``docs/driver-protocol.md``. Nothing here is meant to be imported by users.
"""
