"""Public addresses: our own table, checked against Python's."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.providers.fetching import FetchPolicy, allowed
from studio.providers.public_addresses import is_outside

INSIDE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "168.63.129.16/32",
    "192.88.99.0/24",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fd00::/8",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "4000::/3",
    "8000::/1",
    "::ffff:10.0.0.0/104",
    "::ffff:127.0.0.0/104",
    "::ffff:169.254.0.0/112",
    "::ffff:192.168.0.0/112",
    "64:ff9b::10.0.0.0/104",
    "64:ff9b::127.0.0.0/104",
    "64:ff9b::169.254.0.0/112",
    "64:ff9b::192.168.0.0/112",
    "2600::5efe:10.0.0.0/104",
    "2600::200:5efe:192.168.0.0/112",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "11.0.0.0",
    "9.255.255.255",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "128.0.0.0",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450::1",
    "2001:200::1",
    "2003::1",
    "3ffe::1",
    "2620:fe::fe",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2600::5efe:808:808",
]

V4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
# Anywhere, and close to the borders of what is special.
EDGES = [
    int(edge) + step
    for one in map(ipaddress.ip_network, INSIDE)
    if one.version == 6
    for edge in (one[0], one[-1])
    for step in (-1, 0, 1)
    if 0 <= int(edge) + step < 2**128
]
V6 = st.one_of(
    st.integers(0, 2**128 - 1),
    st.sampled_from(EDGES),
    st.integers(0x2000 << 112, (0x4000 << 112) - 1),
    V4.map(lambda one: 0xFFFF << 32 | int(one)),
    V4.map(lambda one: 0x64FF9B << 96 | int(one)),
    V4.map(lambda one: 0x2002 << 112 | int(one) << 80),
).map(ipaddress.IPv6Address)


@pytest.mark.parametrize("network", INSIDE)
def test_what_is_special_is_not_the_world_from_its_first_address_to_its_last(network):
    known = ipaddress.ip_network(network)
    between = known[known.num_addresses // 3]
    assert [one for one in (known[0], between, known[-1]) if is_outside(one)] == []


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_out_in_the_world_is(address):
    assert is_outside(ipaddress.ip_address(address))


def test_what_holds_for_one_interface_alone_is_not_the_world():
    assert not is_outside(ipaddress.ip_address("2606:4700::1111%eth0"))
    assert not allowed(ipaddress.ip_address("fe80::1%eth0"), FetchPolicy(loopback=True))


@settings(deadline=None, max_examples=400)
@given(V4 | V6)
@example(ipaddress.ip_address("192.88.99.1"))
def test_what_python_holds_for_private_is_never_asked(address):
    inner = getattr(address, "ipv4_mapped", None)
    if int(address) >> 32 == 0x64FF9B << 64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    plain = inner or address
    if is_outside(address):
        assert plain.is_global
        special = "multicast reserved link_local loopback unspecified private"
        assert not any(getattr(plain, f"is_{one}") for one in special.split())


@settings(deadline=None, max_examples=200)
@given(V4)
def test_an_address_within_an_address_is_as_far_out_as_that(address):
    for network in ("::ffff:0:0/96", "64:ff9b::/96"):
        around = ipaddress.IPv6Network(network)[int(address)]
        assert is_outside(around) == is_outside(address)
