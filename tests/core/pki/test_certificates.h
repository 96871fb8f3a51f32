// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Certificates and keys for tests, made once with OpenSSL 3. All but two are valid from 2020 to
// 2199. For each, with a ca.cnf whose sections name the extensions (basicConstraints,
// subjectKeyIdentifier = hash, authorityKeyIdentifier = keyid, subjectAltName):
//
//   openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out shop.key
//   openssl req -new -key shop.key -subj /CN=shop -config ca.cnf -out shop.csr
//   openssl ca -batch -notext -config ca.cnf -keyfile intermediate.key -cert intermediate.crt
//   -extensions shop
//     -startdate 20200101000000Z -enddate 22000101000000Z -in shop.csr -out shop.crt
//   openssl pkey -in shop.key -traditional -out shop.sec1
//
// Self-signed ones have `-selfsign -keyfile NAME.key` instead of an issuer. They protect nothing.
namespace rockpool::pki::testing {

/// Its own issuer; the common name `my-nginx` and no alternative names; RSA.
inline constexpr std::string_view kMyNginx = R"(-----BEGIN CERTIFICATE-----
MIICCTCCAXKgAwIBAgIUYUNxGHYxK6KhcUeNLk7r2rG8PXYwDQYJKoZIhvcNAQEL
BQAwJjERMA8GA1UEAwwIbXktbmdpbngxETAPBgNVBAoMCG15LW5naW54MCAXDTIw
MDEwMTAwMDAwMFoYDzIyMDAwMTAxMDAwMDAwWjAmMREwDwYDVQQDDAhteS1uZ2lu
eDERMA8GA1UECgwIbXktbmdpbngwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB
AM3+hbn/aKw5TbQqB+tp5HU5I03rNJP/sEqH1Fv4QfSBOjXHMgI58xSNLvOuOKNN
4jDYX4pyo40XLf1xMRbxVJ1Xm1Li09ON4KUbdAYRhG9OHBSuggWp8WgYryn9OjSH
2NAHLeFmLCrHm3GorRbiS/Kj0FSMBfQtet7Ix1de3cMbAgMBAAGjMjAwMA8GA1Ud
EwEB/wQFMAMBAf8wHQYDVR0OBBYEFL4gzH1ZWDyPnsTkcl7JiTZYvNPYMA0GCSqG
SIb3DQEBCwUAA4GBABKVOI5O1hQ/rvXOlwgZdIiLdywXwQy7o1zO4ML/RN2wSDtk
voGtY8KLFnShJZ7s9PWm7XzgAC91woVZTwVNjAJaWVtRh4vzS+C7bFL8GkoyDM5U
BtfCQijNL60eNfLY8JyO06VmLBFs6qraoH7DZQL0pLNSx9hw9VmNCss+4rQJ
-----END CERTIFICATE-----
)";

/// The key of kMyNginx, as PKCS #8.
inline constexpr std::string_view kMyNginxKey = R"(-----BEGIN PRIVATE KEY-----
MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAM3+hbn/aKw5TbQq
B+tp5HU5I03rNJP/sEqH1Fv4QfSBOjXHMgI58xSNLvOuOKNN4jDYX4pyo40XLf1x
MRbxVJ1Xm1Li09ON4KUbdAYRhG9OHBSuggWp8WgYryn9OjSH2NAHLeFmLCrHm3Go
rRbiS/Kj0FSMBfQtet7Ix1de3cMbAgMBAAECgYAvn0rtIBXj0u+a2iiwjO+LBiWa
SukB2he4c0Rt6qvcyc9aRW3TQ/BlbOpQ3ZMsdcH4Bt23lR8obBZuxC9UHYCw4TSe
MK261JtjdlZ4hQTIJwnBHXmSOSgVWs9R70Jg/b7OzR229/tfjQuDhejfAzCjsTTm
B9mzOo5YvZleTyQnMQJBAOcZJ9yFj8KfFwZ76Y/MXXJfno/U8ExGMIw77tFUI7xJ
IzuxNcav+P3wQclO9faDnsz5lOvm/8HtdUPqlit48OMCQQDkMN84ufjNIL2d2Xaf
8SBoylS2IBqBzi8rc89YOuHWZTRkI4ofSPjShXssZHunk7JYJ78oF5p5r2Lc10gg
0RJpAkBboQTGEgrzLuMRRhZQVsaCb9lNzC9O/tGG+MhzJTpaEGGw7E2XLvS5swZS
jEVH7d4MBbV/Z4Lm4IELYbsTF4vjAkEAwHlUn7WF3ggiyHU4MNqjeqBHacOUeC7g
7KbnmsU33q5IzbqIc7EKaBA9AAnVn1jeUqtb+sZF/yPnoN1ZsoyHGQJBALdhmbL3
NTk18HoulFcXI3L3RDvwWd7vgXL2ZC2dLjdKFgMRsY77/B5IMUggkzkdUVc3VFUY
HGWAZFikk38JfYk=
-----END PRIVATE KEY-----
)";

/// The same, as PKCS #1.
inline constexpr std::string_view kMyNginxPkcs1 = R"(-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDN/oW5/2isOU20KgfraeR1OSNN6zST/7BKh9Rb+EH0gTo1xzIC
OfMUjS7zrjijTeIw2F+KcqONFy39cTEW8VSdV5tS4tPTjeClG3QGEYRvThwUroIF
qfFoGK8p/To0h9jQBy3hZiwqx5txqK0W4kvyo9BUjAX0LXreyMdXXt3DGwIDAQAB
AoGAL59K7SAV49LvmtoosIzviwYlmkrpAdoXuHNEbeqr3MnPWkVt00PwZWzqUN2T
LHXB+Abdt5UfKGwWbsQvVB2AsOE0njCtutSbY3ZWeIUEyCcJwR15kjkoFVrPUe9C
YP2+zs0dtvf7X40Lg4Xo3wMwo7E05gfZszqOWL2ZXk8kJzECQQDnGSfchY/CnxcG
e+mPzF1yX56P1PBMRjCMO+7RVCO8SSM7sTXGr/j98EHJTvX2g57M+ZTr5v/B7XVD
6pYrePDjAkEA5DDfOLn4zSC9ndl2n/EgaMpUtiAagc4vK3PPWDrh1mU0ZCOKH0j4
0oV7LGR7p5OyWCe/KBeaea9i3NdIINESaQJAW6EExhIK8y7jEUYWUFbGgm/ZTcwv
Tv7RhvjIcyU6WhBhsOxNly70ubMGUoxFR+3eDAW1f2eC5uCBC2G7ExeL4wJBAMB5
VJ+1hd4IIsh1ODDao3qgR2nDlHgu4Oym55rFN96uSM26iHOxCmgQPQAJ1Z9Y3lKr
W/rGRf8j56DdWbKMhxkCQQC3YZmy9zU5NfB6LpRXFyNy90Q78Fne74Fy9mQtnS43
ShYDEbGO+/weSDFIIJM5HVFXN1RVGBxlgGRYpJN/CX2J
-----END RSA PRIVATE KEY-----
)";

/// Says the same as kMyNginx, with another key.
inline constexpr std::string_view kOtherNginx = R"(-----BEGIN CERTIFICATE-----
MIICCTCCAXKgAwIBAgIUQJnqzetQBufAzHymx8KX9qii+zEwDQYJKoZIhvcNAQEL
BQAwJjERMA8GA1UEAwwIbXktbmdpbngxETAPBgNVBAoMCG15LW5naW54MCAXDTIw
MDEwMTAwMDAwMFoYDzIyMDAwMTAxMDAwMDAwWjAmMREwDwYDVQQDDAhteS1uZ2lu
eDERMA8GA1UECgwIbXktbmdpbngwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGB
AJxkS5hgVLouuAUtVlcALEkoSaF1IsXyt/atDACY6ktoYIoUn7DeR+k2WyApFvE8
MPzjloYh935bxt+gccfcx2hFOOoHkeuXoiDuVwjXWM+XNMtb0B1U/gTouWQ7Dki5
hLsDIYUCZX/gxVReXIfRoCKekNQuNyK20CnppGgouhftAgMBAAGjMjAwMA8GA1Ud
EwEB/wQFMAMBAf8wHQYDVR0OBBYEFBXe3LyjdfLkPDWpOYzy5rZCqd/wMA0GCSqG
SIb3DQEBCwUAA4GBAGwqfbs8nypGAej9SyfWihDiKNFmFFMEybrGhpCiE1h6JNS2
W8udoI9de08NaAPsqcgKG8Eiok70vVBG3Je9hWVbkeex6xm9/MPbjXNiCJ5uRu+w
X83raoVLTivR1tYXDcvP9Anh/HzXXduIMpH3yXaSO4tCYIUG3yiN69pAL5sk
-----END CERTIFICATE-----
)";

/// An authority.
inline constexpr std::string_view kAuthority = R"(-----BEGIN CERTIFICATE-----
MIIBaDCCAQ6gAwIBAgIUbo/+XfmYh+fFnORCD4LQ4U3JhTIwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjIw
MDAxMDEwMDAwMDBaMBkxFzAVBgNVBAMMDlRlc3QgQXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEmo/CESi9FB8lG9jfeOdMlAzyyoDDSylWXYnK7mVm
82ihcTdYIiCyHqPiBPIJbiZjWk0iVRdAKqG3bRfk58h7CaMyMDAwDwYDVR0TAQH/
BAUwAwEB/zAdBgNVHQ4EFgQUYr1Up5UNTkx3TW7QFX6T7RxH29AwCgYIKoZIzj0E
AwIDSAAwRQIgQOQ+25a7OsqD/yNP0jVRB85fRobJWBYVepARhGDje0ECIQC5l6fU
0pNozDlwM3aJ03Pan1sfa8CymJEobTV0tXwX+g==
-----END CERTIFICATE-----
)";

/// Issued by kAuthority; an authority itself.
inline constexpr std::string_view kIntermediate = R"(-----BEGIN CERTIFICATE-----
MIIBjTCCATKgAwIBAgIUMPGnAO0dsABzoN0m35ZWvhUSiOwwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjIw
MDAxMDEwMDAwMDBaMBwxGjAYBgNVBAMMEVRlc3QgSW50ZXJtZWRpYXRlMFkwEwYH
KoZIzj0CAQYIKoZIzj0DAQcDQgAEDrxKJsyAx8DKktF7X1U/GdwXINCqp4rVoHe2
dbN5h3hLLWGzKBlQANb9zQ5uhdWCJKLQhbl7b2nb900TyiKrDqNTMFEwDwYDVR0T
AQH/BAUwAwEB/zAdBgNVHQ4EFgQUkXZxuyNvrK5LxEkbZBlliWBxLM8wHwYDVR0j
BBgwFoAUYr1Up5UNTkx3TW7QFX6T7RxH29AwCgYIKoZIzj0EAwIDSQAwRgIhAI55
YQuCzZl/1JYsDMmhvoKiOPLWN9gsVkdiHn89jqIqAiEA0RWW7JhQVT7qT81maQTU
JQFCgde/xv22ste5EOqiQ5s=
-----END CERTIFICATE-----
)";

/// Issued by kIntermediate for shop.example, *.shop.example, 10.0.0.1 and fd00::1; elliptic.
inline constexpr std::string_view kShop = R"(-----BEGIN CERTIFICATE-----
MIIBwDCCAWWgAwIBAgIUcDNNWbGBJgG9RI67x4kOPeb0NukwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRVGVzdCBJbnRlcm1lZGlhdGUwIBcNMjAwMTAxMDAwMDAwWhgP
MjIwMDAxMDEwMDAwMDBaMA8xDTALBgNVBAMMBHNob3AwWTATBgcqhkjOPQIBBggq
hkjOPQMBBwNCAAS50W+wJXoA6qo+BteiLMBcN4U9/R/Gmgu0Xfa3X8cFtAHIwBVr
neqFMswC7XYX4FLIJCcK0ca5scZUAMQ0qhMRo4GPMIGMMAkGA1UdEwQCMAAwHQYD
VR0OBBYEFPeiecNLGlmVqvEFQd1/L0KjJxuVMB8GA1UdIwQYMBaAFJF2cbsjb6yu
S8RJG2QZZYlgcSzPMD8GA1UdEQQ4MDaCDHNob3AuZXhhbXBsZYIOKi5zaG9wLmV4
YW1wbGWHBAoAAAGHEP0AAAAAAAAAAAAAAAAAAAEwCgYIKoZIzj0EAwIDSQAwRgIh
ANiTO3TKbwZ33ViJWCq/n8oPpbyHTTsx3SXmPsXE+nO6AiEA316F3f+ZIjV6M+by
1IrZKpxOmLXpaDOsNVVDE6NVA5U=
-----END CERTIFICATE-----
)";

/// The key of kShop, as PKCS #8.
inline constexpr std::string_view kShopKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgf7ofMFd3+fnJFFHI
sxt39kOzpGmXLL8hIfOUt/9zXI2hRANCAAS50W+wJXoA6qo+BteiLMBcN4U9/R/G
mgu0Xfa3X8cFtAHIwBVrneqFMswC7XYX4FLIJCcK0ca5scZUAMQ0qhMR
-----END PRIVATE KEY-----
)";

/// The same, as SEC 1.
inline constexpr std::string_view kShopSec1 = R"(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIH+6HzBXd/n5yRRRyLMbd/ZDs6Rplyy/ISHzlLf/c1yNoAoGCCqGSM49
AwEHoUQDQgAEudFvsCV6AOqqPgbXoizAXDeFPf0fxpoLtF32t1/HBbQByMAVa53q
hTLMAu12F+BSyCQnCtHGubHGVADENKoTEQ==
-----END EC PRIVATE KEY-----
)";

/// Issued by kAuthority for the same names until 2024.
inline constexpr std::string_view kExpired = R"(-----BEGIN CERTIFICATE-----
MIIBuTCCAV+gAwIBAgIUFrtqb78gPh6xyxuVWUktCn8Jk8AwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwHhcNMjAwMTAxMDAwMDAwWhcNMjQw
MTAxMDAwMDAwWjAOMQwwCgYDVQQDDANvbGQwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAQLdWM637LRM1I1ONls7a++WFoKD8yr9zqWFLI9lOA93+aar5ZvyUlnw1wD
a/n95SgxhyXuatPa5lcV3fdgO47Co4GPMIGMMAkGA1UdEwQCMAAwHQYDVR0OBBYE
FL54UGrmbpud9w+q5qaTquT/CdNOMB8GA1UdIwQYMBaAFGK9VKeVDU5Md01u0BV+
k+0cR9vQMD8GA1UdEQQ4MDaCDHNob3AuZXhhbXBsZYIOKi5zaG9wLmV4YW1wbGWH
BAoAAAGHEP0AAAAAAAAAAAAAAAAAAAEwCgYIKoZIzj0EAwIDSAAwRQIgewnIuZ0N
0QIeNCnh/EKuE90aNpGFMjzgVZEu+jGRjjUCIQDl+YuJveoDMXfUdZr03Fj3gtU/
tAuAHAQjr/9K9lfY4A==
-----END CERTIFICATE-----
)";

/// The key of kExpired.
inline constexpr std::string_view kExpiredKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCPxvHicXqO5t058M
nApaMNY/Wx/pxQaJCxtrljuNySChRANCAAQLdWM637LRM1I1ONls7a++WFoKD8yr
9zqWFLI9lOA93+aar5ZvyUlnw1wDa/n95SgxhyXuatPa5lcV3fdgO47C
-----END PRIVATE KEY-----
)";

/// Issued by kAuthority for the same names from 2030 on.
inline constexpr std::string_view kFuture = R"(-----BEGIN CERTIFICATE-----
MIIBvDCCAWGgAwIBAgIUJ7Ur8Tsj4zAktfb4QzTDvEMtVRQwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBBdXRob3JpdHkwIBcNMzAwMTAxMDAwMDAwWhgPMjIw
MDAxMDEwMDAwMDBaMA4xDDAKBgNVBAMMA25ldzBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABHGUA9ITNQ2SbRpUiB20RtOP5CrUj/CfB77Ckk0ZRmBqRGMKPO3SYQQE
tirOUCY+/uMgsDnI+809/SPxwLcd4AKjgY8wgYwwCQYDVR0TBAIwADAdBgNVHQ4E
FgQUU8ztMfH/WXfoH7HrnIYBEHc9LNYwHwYDVR0jBBgwFoAUYr1Up5UNTkx3TW7Q
FX6T7RxH29AwPwYDVR0RBDgwNoIMc2hvcC5leGFtcGxlgg4qLnNob3AuZXhhbXBs
ZYcECgAAAYcQ/QAAAAAAAAAAAAAAAAAAATAKBggqhkjOPQQDAgNJADBGAiEA0frP
5ZUc/sNUF6CTalO0f/biK1PpM+zalbjhQgdorSoCIQC/TmtyDQIhKktxw0fs4zCB
kH4jr4YDI4/9kqI7g5c7ig==
-----END CERTIFICATE-----
)";

/// Its own issuer for the same names; Ed25519.
inline constexpr std::string_view kEdwards = R"(-----BEGIN CERTIFICATE-----
MIIBVTCCAQegAwIBAgIUfhuFury4SgOqHXszQOW6vxN9plEwBQYDK2VwMBIxEDAO
BgNVBAMMB2Vkd2FyZHMwIBcNMjAwMTAxMDAwMDAwWhgPMjIwMDAxMDEwMDAwMDBa
MBIxEDAOBgNVBAMMB2Vkd2FyZHMwKjAFBgMrZXADIQAlc9nTJ4C/zaKBBkITNHTC
zg08i5werKVyRVJf2l18kKNtMGswCQYDVR0TBAIwADAdBgNVHQ4EFgQUCGvkRNaw
rJKWqL2/zdCIhKNEoXAwPwYDVR0RBDgwNoIMc2hvcC5leGFtcGxlgg4qLnNob3Au
ZXhhbXBsZYcECgAAAYcQ/QAAAAAAAAAAAAAAAAAAATAFBgMrZXADQQCNvIW56snZ
+LfFX1Z78eOxR3mwl6qBhFLnZUH3yD1I3pV3Vd9rS1ZQbA2ucc5wvWeHgxFuP+6O
vuB55D3RxCYF
-----END CERTIFICATE-----
)";

/// The key of kEdwards, whose file holds no public half.
inline constexpr std::string_view kEdwardsKey = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEICt6WonfCIov/BBA/jAp9risZtzEKceWQHkjqNMuEOEd
-----END PRIVATE KEY-----
)";

}  // namespace rockpool::pki::testing
