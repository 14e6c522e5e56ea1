"""Which addresses of the network are public, and what names lead to."""

from __future__ import annotations

import ipaddress
import socket

from voyant.errors import Code, NotPermitted

# Addresses at which clouds serve a machine its own credentials and which Python takes for public; the usual ones are
# link-local. The first is Azure's; 192.0.0.0/24 (RFC 6890) holds Oracle's.
_METADATA = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
# RFC 6052: an IPv4 address behind the translator of an IPv6-only network.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether the address belongs to the public internet.

    Not so are private, loopback, link-local, shared (RFC 6598), multicast and reserved ones, whether written as IPv4,
    IPv6, or IPv4 inside IPv6.

    >>> is_public("93.184.216.34"), is_public("::ffff:169.254.169.254"), is_public("100.64.0.1")
    (True, False, False)
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
        if parsed.ipv4_mapped or parsed.sixtofour or parsed.teredo:
            return False  # other ways to write an IPv4 address; no public server needs them
        return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_site_local)
    return parsed.is_global and not (parsed.is_multicast or any(parsed in network for network in _METADATA))


def resolved(host: str, port: int | None = None) -> list[str]:
    """The addresses that a name leads to, the best one first; never none.

    Raises:
        OSError: It leads nowhere.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OSError(f"the name {host!r} cannot be resolved") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def require_public(host: str, addresses: list[str]) -> list[str]:
    """Those of a name's addresses that are public.

    Raises:
        NotPermitted: None is.
    """
    public = [address for address in addresses if is_public(address)]
    if not public:
        raise NotPermitted(
            f"{host!r} leads to {addresses[0]}, which is not a public address.",
            code=Code.LOCATION_NOT_ALLOWED,
            remedy="Use a public address, or set VOYANT_ALLOW_PRIVATE_ADDRESSES=true where that is safe.",
        )
    return public
