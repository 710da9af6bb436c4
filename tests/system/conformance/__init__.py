"""Whether our HTTP/2 is RFC 9113's and our HPACK RFC 7541's, section by section, over TLS.

``sections`` has the cases: tables that say what is sent and what must happen.  ``test_sections``
runs each on a connection of its own.  What may happen stands in ``outcomes``, with the section
that leaves a choice where there is one.  It is stricter than RFC 9113 in one point: section 5.4
lets PROTOCOL_ERROR stand for every other code, and here the code is the one that is asked for,
since whoever looks for the mistake in a client has nothing else to go by.
"""
