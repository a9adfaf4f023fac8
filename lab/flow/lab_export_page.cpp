#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/html.hpp"
#include "analysis/report_assets.hpp"
#include "harness/digest.hpp"
#include "lab/flow/calibration_chart.hpp"
#include "lab/flow/lab_export.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

std::string words(const ordered_json& value) {
  if (value.is_null()) {
    return "-";
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Html head(const std::string& title) {
  Html out;
  out.put(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\""
      "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
  out.text(sha256_base64(report_style()));
  out.put(
      "'; img-src data:; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
  return out.text(title).put("</title>\n");
}

Html row(std::initializer_list<std::string> cells) {
  Html out;
  out.put("<tr>");
  bool first = true;
  for (const std::string& cell : cells) {
    out.put(first ? Html().put("<th scope=\"row\">") : Html().put("<td>")).text(cell);
    out.put(first ? Html().put("</th>") : Html().put("</td>"));
    first = false;
  }
  return out.put("</tr>");
}

Html table_head(std::initializer_list<std::string> titles) {
  Html out;
  out.put("<div class=\"scroll\"><table class=\"left\"><thead><tr>");
  for (const std::string& title : titles) {
    out.put("<th scope=\"col\">").text(title).put("</th>");
  }
  return out.put("</tr></thead><tbody>");
}

Html table_end() { return Html().put("</tbody></table></div>"); }

Html banners(const ordered_json& lab) {
  Html out;
  if (lab.at("draft").get<bool>()) {
    out.put("<p class=\"banner\"><strong>DRAFT:</strong> not what is handed in; it may still lack something.</p>");
  }
  if (!lab.at("short_duration").is_null()) {
    out.put("<p class=\"banner\"><strong>SHORT:</strong> each run lasted ").text(words(lab.at("short_duration")));
    out.put(", to try the flow out. Its figures say little.</p>");
  }
  const ordered_json& chain = lab.at("chain");
  out.put("<p class=\"trust\"><strong>Ledger:</strong> ").text(words(chain.at("entries"))).put(" lines, ");
  if (chain.at("intact").get<bool>()) {
    out.put("chain intact. It proves order and accidental edits, not honesty.</p>");
  } else {
    out.put("<strong>chain broken: ").text(words(chain.at("problem"))).put("</strong></p>");
  }
  if (!lab.at("missing").empty()) {
    out.put("<h2>Still missing</h2><ul>");
    for (const ordered_json& missing : lab.at("missing")) {
      out.put("<li>").text(words(missing)).put("</li>");
    }
    out.put("</ul>");
  }
  return out;
}

Html predictions(const ordered_json& lab) {
  Html out;
  out.put("<section id=\"calibration\"><h2>Predicted and measured</h2>");
  out.put(table_head({"Prediction", "Locked (UTC)", "Answer", "Because", "Sure", "Measured", "Off by"}));
  for (const ordered_json& part : lab.at("parts")) {
    for (const ordered_json& question : part.at("questions")) {
      const ordered_json& reveal = question.at("reveal");
      const std::string label = fmt::format("part {} {}", words(part.at("number")), words(question.at("id")));
      bool first = true;
      for (const ordered_json& lock : question.at("locks")) {
        const bool late = lock.at("late").get<bool>();
        const bool shows = first && !reveal.is_null();
        const std::string unit = question.at("unit").is_null() ? "" : " " + words(question.at("unit"));
        out.put(
            row({label + (first ? "" : ", later"), words(lock.at("time")) + (late ? " LATE" : ""),
                 words(lock.at("answer")) + unit, words(lock.at("because")),
                 lock.at("sure").get<bool>() ? "sure" : "a guess", shows ? words(reveal.at("measured")) : "-",
                 shows && !reveal.at("factor").is_null() ? fmt::format("{:.2f} x", reveal.at("factor").get<double>())
                                                         : "-"}));
        first = false;
      }
    }
  }
  const std::vector<CalibrationPoint> points = calibration_points(lab.at("parts"));
  return out.put(table_end()).put(calibration_chart(points)).put("</section>");
}

Html reveals(const ordered_json& part) {
  Html out;
  for (const ordered_json& question : part.at("questions")) {
    out.put("<p><strong>").text(words(question.at("text"))).put("</strong></p>");
    if (question.at("reveal").is_null()) {
      out.put("<p class=\"aside\">not measured yet</p>");
      continue;
    }
    out.put("<p class=\"finding\">");
    for (const ordered_json& sentence : question.at("reveal").at("sentences")) {
      out.text(words(sentence)).put(" ");
    }
    out.put("</p>");
  }
  return out;
}

Html part_section(const ordered_json& part) {
  Html out;
  out.put("<section><h2>").text(fmt::format("Part {}: {}", words(part.at("number")), words(part.at("title"))));
  out.put("</h2>").put(reveals(part));
  out.put(table_head({"Run", "What", "Controls", "Result", "File", "SHA-256"}));
  for (const ordered_json& run : part.at("runs")) {
    const ordered_json& facts = run.at("facts");
    const std::string mark = facts.at("mark").is_null() ? "" : " " + words(facts.at("mark"));
    out.put(row({words(run.at("run")) + " " + words(run.at("number")), words(facts.at("what")) + mark,
                 words(run.at("controls")),
                 facts.at("valid").get<bool>() ? "VALID" : "INVALID " + words(facts.at("invalid_codes")),
                 words(run.at("file")), words(run.at("sha256"))}));
  }
  out.put(table_end());
  if (!part.at("thresholds").empty()) {
    out.put(table_head({"Threshold of", "Unit", "At", "Above", "Below", "Runs", "Remark"}));
    for (const ordered_json& found : part.at("thresholds")) {
      out.put(row({words(found.at("control")), words(found.at("unit")), words(found.at("threshold")),
                   words(found.at("lower")), words(found.at("upper")), words(found.at("levels")),
                   words(found.at("reason"))}));
    }
    out.put(table_end());
  }
  for (const ordered_json& asked : part.at("reflections")) {
    out.put("<h3>").text(words(asked.at("text"))).put("</h3><p>").text(words(asked.at("answer"))).put("</p>");
  }
  return out.put("</section>");
}

/// A picture in the page itself. As an image it can run nothing and fetch nothing, whoever wrote it.
Html picture(const LabPicture& picture) {
  Html out;
  out.put("<figure><img alt=\"").text(picture.title).put("\" src=\"data:image/svg+xml;base64,");
  out.text(base64(picture.svg)).put("\"><figcaption>").text(picture.title).put("</figcaption></figure>");
  return out;
}

Html pictures_section(const std::vector<LabPicture>& pictures) {
  Html out;
  if (pictures.empty()) {
    return out;
  }
  out.put("<section id=\"audit\"><h2>The newest audit</h2>");
  for (const LabPicture& one : pictures) {
    out.put(one.svg.empty() ? Html().put("<p class=\"aside\">").text(one.title).put("</p>") : picture(one));
  }
  return out.put("</section>");
}

Html decision_section(const ordered_json& decision) {
  Html out;
  out.put("<section id=\"decision\"><h2>Decision</h2>");
  if (decision.is_null()) {
    return out.put("<p class=\"aside\">none yet</p></section>");
  }
  out.put("<dl class=\"words\">");
  for (const auto& [name, value] : decision.items()) {
    out.put("<div><dt>").text(name).put("</dt><dd>").text(words(value)).put("</dd></div>");
  }
  return out.put("</dl></section>");
}

Html ledger_section(const ordered_json& lab) {
  Html out;
  out.put("<section id=\"ledger\"><h2>Ledger</h2>");
  out.put(table_head({"Line", "Time (UTC)", "Kind", "Hash", "Follows"}));
  for (const ordered_json& entry : lab.at("ledger")) {
    out.put(row({words(entry.at("n")), words(entry.at("time")), words(entry.at("kind")), words(entry.at("hash")),
                 words(entry.at("prev"))}));
  }
  return out.put(table_end())
      .put(
          "<p class=\"aside\">The JSON beside this page holds every line; <code>assay lab "
          "verify</code> checks them.</p></section>");
}

}  // namespace

std::string lab_export_page(const ordered_json& lab, const std::vector<LabPicture>& pictures) {
  const std::string title = fmt::format("{}: the lab of {}", words(lab.at("title")), words(lab.at("student")));
  Html body;
  body.put("<body>\n<header><p class=\"brand\">Assay lab</p><h1>").text(title).put("</h1><p class=\"sub\">");
  body.text(fmt::format("{} on {} · window {} · {} · nonce {} · begun {}, exported {}", words(lab.at("crisis")),
                        words(lab.at("machine").at("label")), words(lab.at("window")), words(lab.at("workload")),
                        words(lab.at("nonce")), words(lab.at("begun")), words(lab.at("created"))));
  body.put("</p></header>\n<main>\n").put(banners(lab)).put(predictions(lab));
  for (const ordered_json& part : lab.at("parts")) {
    body.put(part_section(part)).put("\n");
  }
  body.put(pictures_section(pictures))
      .put(decision_section(lab.at("decision")))
      .put(ledger_section(lab))
      .put("\n</main>\n</body></html>\n");
  return fmt::format("{}<style>{}</style></head>\n{}", head(title).str(), report_style(), body.str());
}

}  // namespace assay
