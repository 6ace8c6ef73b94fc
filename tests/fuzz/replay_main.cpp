// Feeds a harness every file of a folder and `count` mutations of each: replay FOLDER COUNT. The
// mutations are the same in every run, so a failure can be repeated; the input that was running
// stands in the file that is named when the program ends by a signal.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <print>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/harness.h"

// A finding of a sanitizer must end by a signal too, or its input would not be kept.
extern "C" const char* __asan_default_options() { return "abort_on_error=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1"; }

namespace {

namespace fs = std::filesystem;

std::string current_input;
std::string failure_file;

/// Keeps the input for repetition. Only for a program that ends: what it calls may be used
/// half-way.
void keep_input(int signal) {
  std::ofstream(failure_file, std::ios::binary) << current_input;
  std::println(stderr, "input of {} bytes kept in {}", current_input.size(), failure_file);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(std::string input) {
  current_input = std::move(input);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current_input.data()),
                         current_input.size());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Changes an input in a few places: bytes, pieces moved, doubled or cut, pieces of another input.
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> corpus) : corpus_(std::move(corpus)) {}

  std::string mutate(std::string text) {
    for (std::size_t i = 1 + pick(4); i > 0; --i) change(text);
    return text;
  }

 private:
  std::size_t pick(std::size_t count) { return count == 0 ? 0 : random_() % count; }

  std::string piece_of(const std::string& text) {
    const std::size_t start = pick(text.size());
    return text.substr(start, 1 + pick(text.size() / 4 + 1));
  }

  void change(std::string& text) {
    static constexpr std::string_view kSpecial = "[]{}:,-#&*!|>'\"%@`?\n\t \\/0917\x00\x7f\xff^";
    const std::size_t at = pick(text.size() + 1);
    switch (pick(6)) {
      case 0:
        text.insert(at, 1, kSpecial[pick(kSpecial.size())]);
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 2:
        text.erase(at, 1 + pick(8));
        break;
      case 3:
        if (!text.empty()) text.insert(at, piece_of(text));
        break;
      case 4:
        if (const std::string& other = corpus_[pick(corpus_.size())]; !other.empty()) {
          text.insert(at, piece_of(other));
        }
        break;
      default:
        text.insert(at, std::string(1 + pick(300), kSpecial[pick(kSpecial.size())]));
    }
  }

  std::vector<std::string> corpus_;
  std::mt19937_64 random_{20250809};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::println(stderr, "usage: {} FOLDER COUNT", argv[0]);
    return 2;
  }
  std::vector<std::string> corpus;
  for (const auto& entry : fs::directory_iterator(argv[1])) corpus.push_back(read(entry.path()));
  if (corpus.empty()) {
    std::println(stderr, "{}: no inputs", argv[1]);
    return 1;
  }
  failure_file = fs::path(argv[0]).string() + ".failure";
  std::signal(SIGABRT, keep_input);
  std::signal(SIGSEGV, keep_input);
  std::ranges::sort(corpus);
  const int count = std::atoi(argv[2]);
  Mutator mutator(corpus);
  for (const std::string& input : corpus) {
    run(input);
    for (int i = 0; i < count; ++i) run(mutator.mutate(input));
  }
  std::println("{} inputs and {} mutations of each", corpus.size(), count);
  return 0;
}
