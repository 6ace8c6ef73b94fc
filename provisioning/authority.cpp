#include "provisioning/authority.h"

#include <format>
#include <memory>
#include <openssl/bn.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <optional>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/crypto/keys.h"
#include "core/os/files.h"

namespace muster::provisioning {

using namespace crypto;

using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

struct AuthorityPair {
  Key key;
  Certificate certificate;
  /// The certificate as it was read: nodes know its hash.
  std::string text;
};

namespace {

constexpr const char* kKeyFile = "ca.key";
constexpr const char* kCertificateFile = "ca.crt";

using Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;

Result<Certificate> parse_certificate(const std::string& text) {
  Certificate certificate(PEM_read_bio_X509(reading(text).get(), nullptr, no_password, nullptr));
  if (!certificate) return crypto_error("read the certificate");
  return certificate;
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  CHECK(key != nullptr);
  return key;
}

/// A positive random number of 127 bits (RFC 5280 §4.1.2.2 allows 20 octets).
std::string set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_new());
  CHECK(BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
  CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
  const std::unique_ptr<char, decltype([](char* text) { OPENSSL_free(text); })> text(
      BN_bn2hex(number.get()));
  return text.get();
}

void set_name(X509_NAME* name, const std::string& common_name) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes,
                                   static_cast<int>(common_name.size()), -1, 0) == 1);
}

using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

Extension make_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  CHECK(extension != nullptr);
  return extension;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  const Extension extension = make_extension(certificate, issuer, nid, value);
  CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// Whether the certificate is for these names and no other.
bool is_for(X509* certificate, const std::string& names) {
  const int place = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  if (place < 0) return false;
  const Extension wanted = make_extension(certificate, certificate, NID_subject_alt_name, names);
  return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(X509_get_ext(certificate, place)),
                               X509_EXTENSION_get_data(wanted.get())) == 0;
}

/// Before every head, and after every one (RFC 5280 §4.1.2.5).
constexpr const char* kBefore = "20200101000000Z";
constexpr const char* kNever = "99991231235959Z";

/// What a certificate says beside its key.
struct Terms {
  std::string common_name;
  /// From now on; none is for ever.
  std::optional<std::chrono::hours> valid;
  std::vector<std::pair<int, std::string>> extensions;
};

/// A certificate for `key`, signed by `issuer_key`; self-signed when there is no issuer.
Result<Issued> sign(EVP_PKEY* key, const Terms& terms, X509* issuer, EVP_PKEY* issuer_key) {
  const Certificate certificate(X509_new());
  CHECK(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  std::string serial = set_serial(certificate.get());
  set_name(X509_get_subject_name(certificate.get()), terms.common_name);
  X509* const signer = issuer == nullptr ? certificate.get() : issuer;
  CHECK(X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) == 1);
  CHECK(ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), kBefore) == 1);
  if (terms.valid) {
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), terms.valid->count() * 3600);
  } else {
    CHECK(ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), kNever) == 1);
  }
  CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  for (const auto& [nid, value] : terms.extensions) {
    add_extension(certificate.get(), signer, nid, value);
  }
  if (X509_sign(certificate.get(), issuer_key, EVP_sha256()) == 0) {
    return crypto_error("sign a certificate");
  }
  return Issued{
      .certificate = pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }),
      .serial = std::move(serial)};
}

Result<Request> parse_request(const std::string& text) {
  Request request(PEM_read_bio_X509_REQ(reading(text).get(), nullptr, no_password, nullptr));
  if (!request) return crypto_error("read the certificate request", ErrorKind::invalid);
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1) {
    return crypto_error("accept a certificate request that its own key did not sign",
                        ErrorKind::invalid);
  }
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_bits(key) != 256) {
    return fail(ErrorKind::invalid, "the certificate request is not for a P-256 key");
  }
  return request;
}

Result<Issued> issue(const std::string& request_text, const Terms& terms, const AuthorityPair& by) {
  TRY_ASSIGN(const Request request, parse_request(request_text));
  return sign(X509_REQ_get0_pubkey(request.get()), terms, by.certificate.get(), by.key.get());
}

Result<AuthorityPair> make_pair(const std::string& cluster) {
  Key key = make_key();
  const Terms terms{.common_name = cluster + " cluster CA",
                    .valid = std::nullopt,
                    .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                   {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                   {NID_subject_key_identifier, "hash"}}};
  TRY_ASSIGN(Issued issued, sign(key.get(), terms, nullptr, key.get()));
  TRY_ASSIGN(Certificate certificate, parse_certificate(issued.certificate));
  return AuthorityPair{std::move(key), std::move(certificate), std::move(issued.certificate)};
}

Result<AuthorityPair> read_pair(const std::filesystem::path& directory) {
  TRY_ASSIGN(const std::string key_text, os::read_file(directory / kKeyFile));
  TRY_ASSIGN(std::string text, os::read_file(directory / kCertificateFile));
  TRY_ASSIGN(Key key, parse_key(key_text));
  TRY_ASSIGN(Certificate certificate, parse_certificate(text));
  return AuthorityPair{std::move(key), std::move(certificate), std::move(text)};
}

bool fits_together(const AuthorityPair& pair) {
  return X509_check_private_key(pair.certificate.get(), pair.key.get()) == 1;
}

/// Whether the clock of this machine is within the certificate's time.
bool is_valid_now(const Certificate& certificate) {
  return X509_cmp_current_time(X509_get0_notBefore(certificate.get())) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(certificate.get())) > 0;
}

}  // namespace

Result<KeyAndRequest> make_request() {
  const Key key = make_key();
  const Request request(X509_REQ_new());
  CHECK(request && X509_REQ_set_pubkey(request.get(), key.get()) == 1);
  if (X509_REQ_sign(request.get(), key.get(), EVP_sha256()) == 0) {
    return crypto_error("sign a certificate request");
  }
  return KeyAndRequest{
      .key = key_pem(key.get()),
      .request = pem([&](BIO* bio) { return PEM_write_bio_X509_REQ(bio, request.get()); })};
}

bool Authority::is_missing(const std::filesystem::path& directory) {
  return os::is_missing(directory / kCertificateFile);
}

Result<Authority> Authority::open(const std::filesystem::path& directory,
                                  const std::string& cluster, Dependents dependents) {
  if (is_missing(directory)) {
    TRY_ASSIGN(Authority made, make(cluster));
    TRY(made.save(directory));
    return made;
  }
  TRY_ASSIGN(AuthorityPair pair, read_pair(directory));
  const bool fits = fits_together(pair);
  if (dependents == Dependents::none && !(fits && is_valid_now(pair.certificate))) {
    TRY_ASSIGN(Authority made, make(cluster));
    const Status saved = made.save(directory);
    // On a full disk an authority of another time is better than none: a clock can be set.
    if (saved || !fits) return saved ? Result<Authority>(made) : std::unexpected(saved.error());
  }
  if (!fits) {
    return fail(
        std::format("'{}' has a key and a certificate that do not match", directory.string()),
        "restore both from one backup");
  }
  return Authority(std::move(pair));
}

Result<Authority> Authority::make(const std::string& cluster) {
  TRY_ASSIGN(AuthorityPair pair, make_pair(cluster));
  return Authority(std::move(pair));
}

Status Authority::save(const std::filesystem::path& directory) const {
  TRY(os::write_file(directory / kKeyFile, key_pem(pair_->key.get()), {.mode = 0600}));
  return os::write_file(directory / kCertificateFile, certificate_, {.mode = 0644});
}

Authority::Authority(AuthorityPair pair)
    : pair_(std::make_shared<const AuthorityPair>(std::move(pair))), certificate_(pair_->text) {}

Status Authority::check_time() const {
  if (is_valid_now(pair_->certificate)) return {};
  return fail(
      "the cluster's authority is not valid at the time of this head's clock: no node can join",
      "if the clock is wrong, set it with 'date --set'; if it is right, remove ca.crt and ca.key "
      "in /var/lib/muster/ca, restart musterd, and start the nodes again");
}

std::string Authority::fingerprint() const { return crypto::sha256(certificate_); }

Result<Issued> Authority::issue_client(const std::string& request, const std::string& id,
                                       std::chrono::hours valid) const {
  return issue(request,
               {.common_name = id,
                .valid = valid,
                .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                               {NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "clientAuth"}}},
               *pair_);
}

Result<Issued> Authority::issue_server(const std::string& request,
                                       const std::vector<std::string>& names) const {
  return issue(request,
               {.common_name = "head",
                .valid = std::nullopt,
                .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                               {NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "serverAuth"},
                               {NID_subject_alt_name, join(names, ",")}}},
               *pair_);
}

Status Authority::check_server(const std::string& pem,
                               const std::vector<std::string>& names) const {
  TRY_ASSIGN(const Certificate certificate, parse_certificate(pem));
  TRY_ASSIGN(const Key key, parse_key(pem));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return fail("the server's key does not belong to its certificate");
  }
  if (X509_verify(certificate.get(), X509_get0_pubkey(pair_->certificate.get())) != 1) {
    return fail("the server's certificate is of another authority");
  }
  if (!is_valid_now(certificate)) return fail("the server's certificate is not valid now");
  if (!is_for(certificate.get(), join(names, ","))) {
    return fail("the server's certificate is for other names");
  }
  return {};
}

}  // namespace muster::provisioning
