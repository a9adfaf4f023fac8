// Runs a fuzz target without libFuzzer: each seed of a folder as it is, then a fixed number of mutations of it, the
// same on every run. Fails if the folder holds no seed. A violated property aborts.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Text = std::vector<std::uint8_t>;

Text read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A copy of `text` after one to four changes: a byte flipped, removed, doubled or set, a piece cut off or repeated.
Text mutated(Text text, std::mt19937_64& random) {
  const std::uint64_t changes = 1 + random() % 4;
  for (std::uint64_t change = 0; change < changes; ++change) {
    if (text.empty()) {
      text.push_back(static_cast<std::uint8_t>(random()));
      continue;
    }
    const auto at = static_cast<std::ptrdiff_t>(random() % text.size());
    const auto place = text.begin() + at;
    switch (random() % 6) {
      case 0:
        *place = static_cast<std::uint8_t>(*place ^ (1U << (random() % 8)));
        break;
      case 1:
        text.erase(place);
        break;
      case 2:
        text.insert(place, *place);
        break;
      case 3:
        *place = static_cast<std::uint8_t>("0123456789eE+-.,:{}[]\"@pnmskMi \n\\"[random() % 33]);
        break;
      case 4:
        text.erase(place, text.end());
        break;
      default: {
        const Text piece(place, text.begin() + std::min<std::ptrdiff_t>(at + 64, std::ssize(text)));
        text.insert(text.begin() + static_cast<std::ptrdiff_t>(random() % text.size()), piece.begin(), piece.end());
        break;
      }
    }
  }
  return text;
}

int replay(const std::filesystem::path& corpus) {
  constexpr int kMutationsPerSeed = 300;
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    seeds.push_back(entry.path());
  }
  std::sort(seeds.begin(), seeds.end());
  std::mt19937_64 random(20'260'401);
  for (const std::filesystem::path& seed : seeds) {
    const Text text = read(seed);
    LLVMFuzzerTestOneInput(text.data(), text.size());
    for (int i = 0; i < kMutationsPerSeed; ++i) {
      const Text other = mutated(text, random);
      LLVMFuzzerTestOneInput(other.data(), other.size());
    }
  }
  std::printf("%zu seeds, %d mutations of each\n", seeds.size(), kMutationsPerSeed);
  return seeds.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
    return 2;
  }
  try {
    return replay(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
