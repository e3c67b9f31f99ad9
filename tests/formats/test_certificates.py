"""Certificates, against throwaway CAs and against what kubeadm signed."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from formats import certificates
from formats.certificates import CertificateError, Request
from tests.formats.conftest import NOW, Authority, make_authority
