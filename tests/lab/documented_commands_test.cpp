// What README.md and docs/ tell people to type is what the program takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lab/command_line.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

/// The words of a line of a shell, one list for each command of it: quotes, `;`, `&&`, `|` and `#` as a shell reads
/// them. Redirections go.
std::vector<Words> commands_of(const std::string& line) {
  std::vector<Words> commands(1);
  std::string word;
  bool in_word = false;
  char quote = '\0';
  const auto end_word = [&] {
    if (in_word) {
      commands.back().push_back(word);
    }
    word.clear();
    in_word = false;
  };
  for (const char c : line) {
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '#' && !in_word) {
      break;
    } else if (c == ' ') {
      end_word();
    } else if (c == ';' || c == '&' || c == '|') {
      end_word();
      commands.emplace_back();
    } else {
      word += c;
      in_word = true;
    }
  }
  end_word();
  for (Words& words : commands) {
    const auto redirection = std::ranges::find_if(words, [](const std::string& one) { return one.starts_with('>'); });
    words.erase(redirection, words.end());
  }
  return commands;
}

bool is_assay(const std::string& word) { return word == "assay" || word.ends_with("/assay"); }

struct Typed {
  std::string place;  ///< "docs/lab.md:14"
  Words words;
};

/// Each command of the program in the fenced blocks of a page.
std::vector<Typed> typed_in(const fs::path& root, const fs::path& page) {
  std::vector<Typed> found;
  std::ifstream file(root / page);
  bool fenced = false;
  std::size_t number = 0;
  std::string whole;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("```")) {
      fenced = !fenced;
      whole.clear();
      continue;
    }
    if (!fenced) {
      continue;
    }
    whole += line.starts_with("$ ") ? line.substr(2) : line;
    if (whole.ends_with('\\')) {
      whole.pop_back();
      continue;
    }
    for (Words& words : commands_of(whole)) {
      if (words.size() > 1 && is_assay(words.front())) {
        found.push_back({.place = page.string() + ":" + std::to_string(number), .words = std::move(words)});
      }
    }
    whole.clear();
  }
  return found;
}

std::vector<Typed> all_typed() {
  const fs::path root = ASSAY_SOURCE_DIR;
  std::vector<fs::path> pages{"README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") {
      pages.push_back(fs::relative(entry.path(), root));
    }
  }
  std::ranges::sort(pages);
  std::vector<Typed> all;
  for (const fs::path& page : pages) {
    std::ranges::move(typed_in(root, page), std::back_inserter(all));
  }
  return all;
}

std::string problem_of(const Words& words) {
  Words copy = words;
  std::vector<char*> arguments;
  arguments.reserve(copy.size());
  for (std::string& word : copy) {
    arguments.push_back(word.data());
  }
  return usage_problem(arguments);
}

TEST(DocumentedCommands, TheProgramTakesEachOfThem) {
  const std::vector<Typed> typed = all_typed();
  EXPECT_GT(typed.size(), 60U);  // README alone has forty: with none found this would hold for nothing
  for (const Typed& one : typed) {
    EXPECT_EQ(problem_of(one.words), "") << one.place << ": " << ::testing::PrintToString(one.words);
  }
}

TEST(DocumentedCommands, OneThatIsNotTakenIsFound) {
  EXPECT_NE(problem_of({"assay", "run", "gemm", "--no-such-flag"}), "");
  EXPECT_NE(problem_of({"assay", "nothing"}), "");
  EXPECT_EQ(problem_of({"assay", "run", "gemm", "--rate", "200"}), "");
}

TEST(DocumentedCommands, ALineOfAShellIsReadAsAShellReadsIt) {
  using ::testing::ElementsAre;
  EXPECT_THAT(commands_of(R"(assay show FILE; assay run "cmd:a b" 'c d' > out  # then)"),
              ElementsAre(ElementsAre("assay", "show", "FILE"), ElementsAre("assay", "run", "cmd:a b", "c d")));
  EXPECT_THAT(commands_of("assay manual | man -l -"),
              ElementsAre(ElementsAre("assay", "manual"), ElementsAre("man", "-l", "-")));
}

}  // namespace
}  // namespace assay
