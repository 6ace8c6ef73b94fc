#include "extensions/package/signature.h"

#include <algorithm>
#include <format>
#include <sodium.h>
#include <span>
#include <vector>

#include "core/base/text.h"

namespace muster::package {
namespace {

using ByteList = std::vector<unsigned char>;

constexpr std::string_view kUntrusted = "untrusted comment: ";
constexpr std::string_view kTrusted = "trusted comment: ";
constexpr std::size_t kLongestComment = 1024;

static_assert(crypto_sign_BYTES == 64 && crypto_sign_PUBLICKEYBYTES == 32 &&
              crypto_sign_SECRETKEYBYTES == 64);

// minisign's own limits for a password (crypto_pwhash_scryptsalsa208sha256(3), "sensitive"). A file
// that asks for more would take the machine's memory.
constexpr std::uint64_t kOperations = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE;
constexpr std::uint64_t kMemory = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE;

/// libsodium chooses its code by the processor when it is initialised.
void initialise() {
  static const bool is_ready = sodium_init() >= 0;
  CHECK(is_ready);
}

std::span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

std::string encode(std::span<const unsigned char> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the zero at the end
  return text;
}

/// The bytes of a line of base64 when there are exactly `count`.
Result<ByteList> decode(std::string_view line, std::size_t count) {
  ByteList bytes(count);
  std::size_t length = 0;
  const int done = sodium_base642bin(bytes.data(), bytes.size(), line.data(), line.size(), nullptr,
                                     &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (done == 0 && length == count) return bytes;
  return fail(ErrorKind::invalid, std::format("its line of base64 is not {} bytes", count));
}

/// Takes parts of bytes one after another.
class Parts {
 public:
  explicit Parts(const ByteList& bytes) : rest_(bytes) {}
  std::span<const unsigned char> take(std::size_t count) {
    const auto part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }
  template <std::size_t count>
  std::array<unsigned char, count> take() {
    std::array<unsigned char, count> part;
    std::ranges::copy(take(count), part.begin());
    return part;
  }
  bool takes(std::string_view word) {
    return std::ranges::equal(take(word.size()), bytes_of(word));
  }

 private:
  std::span<const unsigned char> rest_;
};

void append(ByteList& bytes, std::span<const unsigned char> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

std::array<unsigned char, 64> hash_of(std::string_view content) {
  std::array<unsigned char, 64> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes_of(content).data(), content.size(), nullptr,
                     0);
  return hash;
}

/// BLAKE2b-256 of the algorithm, the number and the key: shows that a password is the right one.
std::array<unsigned char, 32> checksum_of(const SecretKey& key) {
  ByteList all;
  append(all, bytes_of("Ed"));
  append(all, key.id);
  append(all, key.key);
  std::array<unsigned char, 32> sum{};
  crypto_generichash(sum.data(), sum.size(), all.data(), all.size(), nullptr, 0);
  return sum;
}

/// Whether the public half is what the secret half leads to.
bool is_consistent(const SecretKey& key) {
  std::array<unsigned char, 32> open{};
  std::array<unsigned char, 64> whole{};
  crypto_sign_seed_keypair(open.data(), whole.data(), key.key.data());
  return whole == key.key;
}

constexpr std::size_t kSealed = 8 + 64 + 32;
constexpr std::size_t kPublicKeySize = 2 + 8 + 32;
constexpr std::size_t kSecretKeySize = 2 + 2 + 2 + 32 + 8 + 8 + kSealed;

/// Mixes the secret part of a key with what the password gives; twice is as before.
Status mix(ByteList& sealed, std::string_view password, std::span<const unsigned char> salt,
           std::uint64_t operations, std::uint64_t memory) {
  ByteList stream(kSealed);
  if (crypto_pwhash_scryptsalsa208sha256(stream.data(), stream.size(), password.data(),
                                         password.size(), salt.data(), operations, memory) != 0) {
    return fail("the password cannot be tried: there is not enough memory",
                std::format("{} MiB must be free", memory >> 20U));
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) sealed[i] ^= stream[i];
  sodium_memzero(stream.data(), stream.size());
  return {};
}

std::uint64_t parse_little_endian(std::span<const unsigned char> bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8U | bytes[i];
  return number;
}

void append_little_endian(ByteList& bytes, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<unsigned char>(number >> (8 * i)));
}

/// The line below the comment of a file of a key. Errors (invalid): there are none.
Result<std::string> line_of(std::string_view text) {
  const std::vector<std::string> all = lines(text);
  if (text.size() < 4096 && all.size() >= 2 && all[0].starts_with(kUntrusted)) return all[1];
  return fail(ErrorKind::invalid, "it does not begin with 'untrusted comment: '",
              "'muster ext keygen' and minisign(1) make such files");
}

}  // namespace

PublicKey SecretKey::public_key() const {
  PublicKey open{.id = id, .key = {}};
  std::ranges::copy(std::span(key).last(32), open.key.begin());
  return open;
}

std::string to_string(const KeyId& id) {
  // minisign shows the number as one of the machine, its lowest byte last.
  return std::format("{:016X}", parse_little_endian(id));
}

Result<PublicKey> parse_public_key(std::string_view text) {
  initialise();
  TRY_ASSIGN(const std::string line, line_of(text));
  if (decode(line, kSecretKeySize)) {
    return fail(ErrorKind::invalid, "it is a secret key", "name the file that ends in .pub");
  }
  TRY_ASSIGN(const ByteList bytes, decode(line, kPublicKeySize));
  Parts parts(bytes);
  if (!parts.takes("Ed")) return fail(ErrorKind::invalid, "it is no key of Ed25519");
  PublicKey key;
  key.id = parts.take<8>();
  key.key = parts.take<32>();
  return key;
}

std::string render_public_key(const PublicKey& key) {
  ByteList bytes;
  append(bytes, bytes_of("Ed"));
  append(bytes, key.id);
  append(bytes, key.key);
  return std::format("{}minisign public key {}\n{}\n", kUntrusted, to_string(key.id),
                     encode(bytes));
}

Result<SecretKey> parse_secret_key(std::string_view text, std::string_view password) {
  initialise();
  TRY_ASSIGN(const std::string line, line_of(text));
  if (decode(line, kPublicKeySize)) {
    return fail(ErrorKind::invalid, "it is a public key", "name the secret one beside it");
  }
  TRY_ASSIGN(const ByteList bytes, decode(line, kSecretKeySize));
  Parts parts(bytes);
  if (!parts.takes("Ed")) return fail(ErrorKind::invalid, "it is no key of Ed25519");
  const auto sealing = parts.take(2);
  const bool is_sealed = std::ranges::equal(sealing, bytes_of("Sc"));
  const bool is_open = std::ranges::equal(sealing, std::array<unsigned char, 2>{});
  if (!parts.takes("B2") || (!is_sealed && !is_open)) {
    return fail(ErrorKind::invalid, "it is kept in a way that is not known here");
  }
  const auto salt = parts.take(32);
  const std::uint64_t operations = parse_little_endian(parts.take(8));
  const std::uint64_t memory = parse_little_endian(parts.take(8));
  const auto rest = parts.take(kSealed);
  ByteList sealed(rest.begin(), rest.end());
  if (is_sealed && password.empty()) {
    return fail(ErrorKind::denied, "the key has a password, and none was given",
                "--password-file FILE names a file with the password");
  }
  if (operations > kOperations || memory > kMemory) {
    return fail(ErrorKind::invalid, "its password would take more memory than minisign's own do");
  }
  if (is_sealed) TRY(mix(sealed, password, salt, operations, memory));
  Parts open(sealed);
  SecretKey key;
  key.id = open.take<8>();
  key.key = open.take<64>();
  const auto sum = open.take<32>();
  sodium_memzero(sealed.data(), sealed.size());
  // minisign writes no checksum beside a key without a password.
  const bool is_whole = is_open ? is_consistent(key) : sum == checksum_of(key);
  if (is_whole) return key;
  return fail(is_sealed ? ErrorKind::denied : ErrorKind::invalid,
              is_sealed ? "the password is wrong" : "it is damaged");
}

Result<std::string> render_secret_key(const SecretKey& key, std::string_view password) {
  initialise();
  ByteList sealed;
  append(sealed, key.id);
  append(sealed, key.key);
  const bool is_sealed = !password.empty();
  append(sealed, is_sealed ? checksum_of(key) : std::array<unsigned char, 32>{});
  std::array<unsigned char, 32> salt{};
  if (is_sealed) {
    randombytes_buf(salt.data(), salt.size());
    TRY(mix(sealed, password, salt, kOperations, kMemory));
  }
  ByteList bytes;
  append(bytes, bytes_of("Ed"));
  append(bytes, is_sealed ? bytes_of("Sc") : bytes_of(std::string_view("\0\0", 2)));
  append(bytes, bytes_of("B2"));
  append(bytes, salt);
  append_little_endian(bytes, is_sealed ? kOperations : 0);
  append_little_endian(bytes, is_sealed ? kMemory : 0);
  append(bytes, sealed);
  return std::format("{}minisign {}secret key\n{}\n", kUntrusted, is_sealed ? "encrypted " : "",
                     encode(bytes));
}

SecretKey make_key() {
  initialise();
  SecretKey key;
  std::array<unsigned char, 32> open{};
  crypto_sign_keypair(open.data(), key.key.data());
  randombytes_buf(key.id.data(), key.id.size());
  return key;
}

std::string sign(std::string_view content, const SecretKey& key, std::string_view comment) {
  initialise();
  CHECK(comment.size() <= kLongestComment && !comment.contains('\n'));
  const auto hash = hash_of(content);
  std::array<unsigned char, 64> signature{};
  crypto_sign_detached(signature.data(), nullptr, hash.data(), hash.size(), key.key.data());
  ByteList said(signature.begin(), signature.end());
  append(said, bytes_of(comment));
  std::array<unsigned char, 64> whole{};
  crypto_sign_detached(whole.data(), nullptr, said.data(), said.size(), key.key.data());
  ByteList bytes;
  append(bytes, bytes_of("ED"));
  append(bytes, key.id);
  append(bytes, signature);
  return std::format("{}signature from muster secret key\n{}\n{}{}\n{}\n", kUntrusted,
                     encode(bytes), kTrusted, comment, encode(whole));
}

Result<Signature> parse_signature(std::string_view text) {
  initialise();
  const std::vector<std::string> all = lines(text);
  const bool has_form = text.size() < 8192 && all.size() == 4 && all[0].starts_with(kUntrusted) &&
                        all[2].starts_with(kTrusted);
  if (!has_form) {
    return fail(ErrorKind::invalid, "it has not the four lines of a signature",
                "'muster ext sign' and minisign(1) make such files");
  }
  TRY_ASSIGN(const ByteList bytes, decode(all[1], 2 + 8 + 64));
  Parts parts(bytes);
  if (!parts.takes("ED")) {
    return fail(ErrorKind::invalid, "it is no signature of a hash, as minisign makes since 0.8",
                "sign it again");
  }
  Signature signature;
  signature.key_id = parts.take<8>();
  signature.signature = parts.take<64>();
  signature.comment = all[2].substr(kTrusted.size());
  if (signature.comment.size() > kLongestComment) {
    return fail(ErrorKind::invalid, "its comment is too long");
  }
  TRY_ASSIGN(const ByteList whole, decode(all[3], 64));
  signature.comment_signature = Parts(whole).take<64>();
  return signature;
}

Status verify(std::string_view content, const Signature& signature, const PublicKey& key) {
  initialise();
  if (signature.key_id != key.id) {
    return fail(ErrorKind::denied, std::format("key {} signed it, and not key {}",
                                               to_string(signature.key_id), to_string(key.id)));
  }
  const auto hash = hash_of(content);
  if (crypto_sign_verify_detached(signature.signature.data(), hash.data(), hash.size(),
                                  key.key.data()) != 0) {
    return fail(ErrorKind::denied, "its content is not what the key signed",
                "get both files again from where they came");
  }
  ByteList said(signature.signature.begin(), signature.signature.end());
  append(said, bytes_of(signature.comment));
  if (crypto_sign_verify_detached(signature.comment_signature.data(), said.data(), said.size(),
                                  key.key.data()) == 0) {
    return {};
  }
  return fail(ErrorKind::denied, "the comment of its signature is not what the key signed",
              "get both files again from where they came");
}

}  // namespace muster::package
