#pragma once
// Whether the head still takes a node's certificate, by its answers to calls that showed it.

#include <atomic>
#include <string_view>

namespace muster::agent {

/// Counts only answers that say in so many words that the certificate counts for nothing. A head
/// whose disk is full, a page of nginx and a call without an answer say nothing of it. Threads:
/// any.
class CertificateRefusals {
 public:
  /// Of these in a row the node gives up its certificate: a call that was under way with the old
  /// one while a new one came is refused once.
  static constexpr int kFinal = 3;

  void count(int status, std::string_view body);

  bool are_final() const { return in_a_row_ >= kFinal; }

  /// The next certificate starts anew.
  void forget() { in_a_row_ = 0; }

 private:
  std::atomic<int> in_a_row_ = 0;
};

}  // namespace muster::agent
