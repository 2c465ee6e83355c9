"""What every answer of ours over HTTP says: kept nowhere, framed by nobody, taken for nothing but what it is."""

from __future__ import annotations

COMMON = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "fairmark",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
