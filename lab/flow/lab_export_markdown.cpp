#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "analysis/html.hpp"
#include "lab/flow/lab_export.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

/// As a person reads it: four digits, lists with commas, "name 3" for a member.
std::string words_of(const ordered_json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_number_float()) {
    return fmt::format("{:.4g}", value.get<double>());
  }
  if (!value.is_structured()) {
    return value.dump();
  }
  std::vector<std::string> words;
  words.reserve(value.size());
  for (const auto& [name, member] : value.items()) {
    words.push_back(value.is_array() ? words_of(member) : fmt::format("{} {}", name, words_of(member)));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

/// One line that no Markdown reads as its own, and no HTML either.
std::string plain(const ordered_json& value) {
  if (value.is_null()) {
    return "-";
  }
  std::string text = words_of(value);
  std::ranges::replace(text, '\n', ' ');
  std::string out;
  for (const char c : html_escaped(text)) {
    if (std::string_view("\\`*_{}[]()#+!|~").find(c) != std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string sentences_of(const ordered_json& reveal) {
  std::string text;
  for (const ordered_json& sentence : reveal.at("sentences")) {
    text += (text.empty() ? "" : " ") + plain(sentence);
  }
  return text;
}

std::string questions_text(const ordered_json& part) {
  std::string text = "| question | locked (UTC) | prediction | because | sure | measured | factor |\n";
  text += "|---|---|---|---|---|---|---|\n";
  for (const ordered_json& question : part.at("questions")) {
    const ordered_json& reveal = question.at("reveal");
    bool first = true;
    for (const ordered_json& lock : question.at("locks")) {
      text += fmt::format("| {} | {}{} | {} {} | {} | {} | {} | {} |\n", first ? plain(question.at("id")) : "and then",
                          plain(lock.at("time")), lock.at("late").get<bool>() ? " LATE" : "", plain(lock.at("answer")),
                          question.at("unit").is_null() ? "" : plain(question.at("unit")), plain(lock.at("because")),
                          lock.at("sure").get<bool>() ? "yes" : "a guess",
                          first && !reveal.is_null() ? plain(reveal.at("measured")) : "-",
                          first && !reveal.is_null() ? plain(reveal.at("factor")) : "-");
      first = false;
    }
  }
  for (const ordered_json& question : part.at("questions")) {
    if (!question.at("reveal").is_null()) {
      text += fmt::format("\n- {}: {}", plain(question.at("id")), sentences_of(question.at("reveal")));
    }
  }
  return text + "\n";
}

std::string runs_text(const ordered_json& part) {
  std::string text = "\n| run | what | controls | valid | file | SHA-256 |\n|---|---|---|---|---|---|\n";
  for (const ordered_json& run : part.at("runs")) {
    const ordered_json& facts = run.at("facts");
    text +=
        fmt::format("| {} {} | {} {} | {} | {} | {} | {} |\n", plain(run.at("run")), plain(run.at("number")),
                    plain(facts.at("what")), facts.at("mark").is_null() ? "" : plain(facts.at("mark")),
                    plain(run.at("controls")), facts.at("valid").get<bool>() ? "yes" : plain(facts.at("invalid_codes")),
                    plain(run.at("file")), plain(run.at("sha256")));
  }
  for (const ordered_json& found : part.at("thresholds")) {
    text += fmt::format("\n- threshold of {} in {}: {}, interval {} to {}; {}", plain(found.at("control")),
                        plain(found.at("unit")), plain(found.at("threshold")), plain(found.at("lower")),
                        plain(found.at("upper")), plain(found.at("reason")));
  }
  return text + "\n";
}

std::string decision_text(const ordered_json& decision) {
  constexpr std::array<std::pair<const char*, const char*>, 11> kTitles{{{"time", "decided (UTC)"},
                                                                         {"metric", "ultimate measure"},
                                                                         {"decision", "decision"},
                                                                         {"binding_constraint", "binding constraint"},
                                                                         {"guardrail", "must not get worse"},
                                                                         {"rejected", "rejected"},
                                                                         {"why_rejected", "because"},
                                                                         {"claim_scope", "the claim holds for"},
                                                                         {"residual_risk", "what may still go wrong"},
                                                                         {"memo", "memo"},
                                                                         {"entry", "line of the ledger"}}};
  if (decision.is_null()) {
    return "\n## Decision\n\nnone yet\n";
  }
  std::string text = "\n## Decision\n";
  for (const auto& [name, title] : kTitles) {
    if (decision.contains(name)) {
      text += fmt::format("\n- {}: {}", title, plain(decision.at(name)));
    }
  }
  return text + "\n";
}

}  // namespace

std::string lab_export_markdown(const ordered_json& lab) {
  const ordered_json& chain = lab.at("chain");
  std::string text =
      fmt::format("# {}{}: the lab{}\n\n", lab.at("draft").get<bool>() ? "DRAFT: " : "", plain(lab.at("title")),
                  lab.at("student").is_null() ? "" : " of " + plain(lab.at("student")));
  text += fmt::format("- machine {} (class {}), begun {}, exported {}\n- window {} of {}, size {}\n- nonce {}\n",
                      plain(lab.at("machine").at("label")), plain(lab.at("machine").at("class")),
                      plain(lab.at("begun")), plain(lab.at("created")), plain(lab.at("window")),
                      plain(lab.at("workload")), plain(lab.at("size")), plain(lab.at("nonce")));
  text += fmt::format("- ledger: {} lines, {}; it proves order and accidental edits, not honesty\n",
                      plain(chain.at("entries")),
                      chain.at("intact").get<bool>() ? "chain intact" : "CHAIN BROKEN: " + plain(chain.at("problem")));
  if (!lab.at("short_duration").is_null()) {
    text += fmt::format("- SHORT: each run lasted {}, to try the flow out\n", plain(lab.at("short_duration")));
  }
  for (const ordered_json& missing : lab.at("missing")) {
    text += fmt::format("- missing: {}\n", plain(missing));
  }
  for (const ordered_json& part : lab.at("parts")) {
    text += fmt::format("\n## Part {}: {}\n\n", plain(part.at("number")), plain(part.at("title")));
    text += questions_text(part) + runs_text(part);
    for (const ordered_json& asked : part.at("reflections")) {
      text += fmt::format("\n**{}**\n\n{}\n", plain(asked.at("text")), plain(asked.at("answer")));
    }
  }
  text += decision_text(lab.at("decision")) + "\n## Ledger\n\n| n | time | kind | hash |\n|---|---|---|---|\n";
  for (const ordered_json& entry : lab.at("ledger")) {
    text += fmt::format("| {} | {} | {} | {} |\n", plain(entry.at("n")), plain(entry.at("time")),
                        plain(entry.at("kind")), plain(entry.at("hash")));
  }
  return text;
}

}  // namespace assay
