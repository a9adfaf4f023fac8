#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/report_text.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/untrusted_json.hpp"
#include "lab/show_view.hpp"

namespace assay {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestWord = 200;

std::string plain(const std::string& text, Charset charset) {
  const std::string shown = printable_text(text.substr(0, kLongestWord), charset);
  return text.size() > kLongestWord ? fmt::format("{} ... ({} characters)", shown, text.size()) : shown;
}

/// One member of a JSON object as text; empty where it is not there.
std::string text_at(const json& root, const char* pointer) {
  const json::json_pointer place(pointer);
  if (!root.contains(place)) {
    return "";
  }
  const json& value = root.at(place);
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Who the machine says it is, in words.
std::string identity_text(const json& root, Charset charset) {
  std::string text;
  const auto line = [&](const char* name, const char* pointer, const char* meaning) {
    if (const std::string value = text_at(root, pointer); !value.empty()) {
      text += fmt::format("    {:<8} {:<34} {}\n", name, plain(value, charset), meaning);
    }
  };
  line("label", "/machine/label", "chosen by a person (assay machine name), else four digits of the id");
  line("id", "/machine/id",
       "HMAC-SHA256 keyed with /etc/machine-id over a random salt: one installation, not reversible");
  line("class", "/machine/class", "hash of CPU model, cores, caches and memory: the same on equal machines");
  line("CPU", "/machine/cpu/model", "as the CPU names its model");
  line("memory", "/machine/memory_bytes", "bytes");
  line("system", "/machine/os", "name and version of the operating system");
  line("kernel", "/machine/kernel", "release of the kernel");
  line("host of", "/machine/virtualization", "virtual machine or container, by kind");
  line("program", "/tool/revision", "commit that Assay was built from");
  line("written", "/created", "time in UTC");
  return text.empty() ? "    it says nothing of the machine in the members that result files have\n" : text;
}

class Viewer {
 public:
  Viewer(const std::vector<OwnName>& names, Charset charset) : names_(names), charset_(charset) {}

  void add(const SharedFile& file) {
    json root;
    try {
      root = parse_untrusted_json(file.bytes, file.name, "a result file");
    } catch (const std::runtime_error&) {
      root = nullptr;
    }
    const std::string schema = root.is_object() ? text_at(root, "/schema") : "";
    view.text += fmt::format("{} ({} bytes{}{})\n", plain(file.name, charset_), file.bytes.size(),
                             schema.empty() ? ", not a result file: only searched" : ", ", plain(schema, charset_));
    if (root.is_object() && !schema.empty()) {
      view.text += identity_text(root, charset_);
      add_shared_texts(root, shared_);
    }
    for (const NameFound& found : find_names(file.bytes, names_)) {
      found_[found.what].push_back(fmt::format("{}: {}", plain(file.name, charset_), plain(found.place, charset_)));
    }
    for (const std::string& trace : find_traces(file.bytes)) {
      view.warnings.push_back(fmt::format("{} holds {}", plain(file.name, charset_), trace));
    }
  }

  void finish() {
    std::size_t count = 0;
    for (const auto& [place, texts] : shared_.texts) {
      count += texts.size();
    }
    view.text += fmt::format("every text in it, {} in all, beside {} numbers:\n", count, shared_.numbers);
    for (const auto& [place, texts] : shared_.texts) {
      for (const std::string& text : texts) {
        view.text += fmt::format("    {}: {}\n", place, plain(text, charset_));
      }
    }
    view.text += "looked for in every byte, as this computer knows them:\n";
    for (const OwnName& name : names_) {
      view.text += fmt::format("    {:<26} {}\n", plain(name.what, charset_), verdict(name));
    }
    view.text += "On another computer than the one that measured, this shows nothing about that one: run it there.\n";
  }

  SharedView view;

 private:
  std::string verdict(const OwnName& name) {
    if (!name.not_searched.empty()) {
      return "not looked for: " + plain(name.not_searched, charset_);
    }
    const auto found = found_.find(name.what);
    if (found == found_.end()) {
      return "not in it";
    }
    view.names_somebody = true;
    std::string text = fmt::format("FOUND at {}", found->second.front());
    if (found->second.size() > 1) {
      text += fmt::format(" and {} more places", found->second.size() - 1);
    }
    return text;
  }

  const std::vector<OwnName>& names_;
  Charset charset_;
  SharedTexts shared_;
  std::map<std::string, std::vector<std::string>> found_;
};

}  // namespace

SharedView shared_view(const std::vector<SharedFile>& files, const std::vector<OwnName>& names, Charset charset) {
  Viewer viewer(names, charset);
  for (const SharedFile& file : files) {
    viewer.add(file);
  }
  viewer.finish();
  return std::move(viewer.view);
}

}  // namespace assay
