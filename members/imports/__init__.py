"""Tables that officers bring: uploaded, their columns matched, looked through, then put in, all or nothing.

`acts` are the steps, `work` is the worker's part. What may be imported are kinds (`settings.IMPORT_KINDS`): classes
like `member_list.MemberList`, which know their fields, look lines through, and put them in.
"""
