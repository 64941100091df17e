"""Detection of public addresses, by a table that does not depend on the version of Python.

Source: IANA's registries of special addresses (IPv4 and IPv6, as of October 2026). Of IPv6, only
global unicast (2000::/3) is public; embedded IPv4 addresses are checked too.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

_NOT_V4: Final = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared address space of providers
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # cloud services
        "169.254.0.0/16",  # link-local, and metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved; broadcast
    )
)
_WORLD_V6: Final = IPv6Network("2000::/3")
_NOT_V6: Final = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocol assignments, including the obsolete Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, deprecated
        "3fff::/20",  # documentation
    )
)
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052): access to IPv4 from IPv6-only networks."""

_TUNNELS: Final = (0x00005EFE, 0x02005EFE)
"""Interface identifiers before the IPv4 address in ISATAP addresses (RFC 5214)."""


def is_outside(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is public: not loopback, private, link-local or otherwise special."""
    if isinstance(address, IPv4Address):
        return not any(address in one for one in _NOT_V4)
    if address.scope_id is not None:
        return False
    if address in _MAPPED or address in _TRANSLATED:
        return is_outside(_end(address))
    if address not in _WORLD_V6 or any(address in one for one in _NOT_V6):
        return False
    tunnelled = int(address) >> 32 & 0xFFFFFFFF in _TUNNELS
    return not tunnelled or is_outside(_end(address))


def _end(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)
