#include "analysis/gallery_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "analysis/gallery_strip.hpp"
#include "analysis/html.hpp"
#include "analysis/report_assets.hpp"
#include "harness/digest.hpp"

namespace assay {

namespace {

constexpr std::size_t kMostFindings = 8;  ///< of one machine

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

Html head(std::string_view title) {
  // No script at all; frame-ancestors is not allowed in a meta element.
  Html out;
  out.put(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\""
      "Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
  out.text(sha256_base64(gallery_style()));
  out.put(
      "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
  return out.text(title).put("</title>\n");
}

bool has_outlier(const GalleryGroup& group, std::size_t node) {
  return std::ranges::any_of(group.figures, [node](const GalleryFigure& figure) {
    const auto& comparison = figure.values[node].comparison;
    return comparison && comparison->stands_out;
  });
}

/// The nodes that are shown: all of them, or those with something to say and as many others as there is room for.
std::vector<std::size_t> shown_nodes(const GalleryGroup& group) {
  std::vector<std::size_t> nodes(group.nodes.size());
  std::iota(nodes.begin(), nodes.end(), std::size_t{0});
  if (nodes.size() <= kMostShownNodes) {
    return nodes;
  }
  std::stable_partition(nodes.begin(), nodes.end(), [&group](std::size_t node) {
    return has_outlier(group, node) || !node_findings(group.nodes[node]).empty();
  });
  nodes.resize(kMostShownNodes);
  std::ranges::sort(nodes);
  return nodes;
}

Html state_chip(const GalleryNode& node) {
  return node.bundle.summary.sound()
             ? Html().put("<span class=\"chip valid\">✓ VALID</span>")
             : Html().put("<span class=\"chip invalid\">✗ ").text(node_state(node)).put("</span>");
}

Html table_cell(const GalleryFigure& figure, const GalleryValue& value) {
  const bool stands_out = value.comparison && value.comparison->stands_out;
  Html out;
  out.put(stands_out                                   ? Html().put("<td class=\"out\" data-label=\"")
          : value.repeats == 0 && value.estimate.point ? Html().put("<td class=\"invalid\" data-label=\"")
                                                       : Html().put("<td data-label=\""));
  out.text(figure.title).put("\">");
  if (!value.present()) {
    return out.put("<span class=\"none\">missing</span></td>");
  }
  const std::string text = figure_text(value.estimate, figure.unit, Charset::utf8);
  if (!value.estimate.point) {
    return out.put("<span class=\"none\">not available</span><span class=\"small\">").text(text).put("</span></td>");
  }
  const std::size_t bracket = text.find(" [");
  out.put("<span class=\"value\">").text(text.substr(0, bracket)).put("</span>");
  if (bracket != std::string::npos) {
    out.put("<span class=\"small\">").text(text.substr(bracket + 1)).put("</span>");
  }
  if (stands_out) {
    out.put("<span class=\"small\">◆ ").text(fmt::format("{:+.1f} %", 100.0 * *value.comparison->difference.point));
    out.put("</span>");
  }
  if (value.repeats == 0) {
    out.put("<span class=\"small\">INVALID</span>");
  } else if (value.invalid > 0) {
    out.put("<span class=\"small\">")
        .text(fmt::format("{} of {} INVALID", value.invalid, value.invalid + value.repeats));
    out.put("</span>");
  }
  return out.put("</td>");
}

Html table_row(const GalleryGroup& group, std::size_t node) {
  const GalleryNode& one = group.nodes[node];
  Html out;
  out.put("<tr><th scope=\"row\">").text(one.bundle.summary.identity.label).put(" ").put(state_chip(one));
  const std::vector<std::string> findings = node_findings(one);
  for (std::size_t i = 0; i < findings.size() && i < kMostFindings; ++i) {
    out.put("<span class=\"small wrap\">").text(findings[i]).put("</span>");
  }
  if (findings.size() > kMostFindings) {
    out.put("<span class=\"small wrap\">").text(fmt::format("and {} more", findings.size() - kMostFindings));
    out.put("</span>");
  }
  out.put("</th><td class=\"left\" data-label=\"Bundle\">").text(one.bundle.summary.created.substr(0, 16));
  out.put("<span class=\"small\">").text(one.older == 0 ? "" : counted(one.older, "older one", "older ones"));
  out.put("</span></td>");
  for (const GalleryFigure& figure : group.figures) {
    out.put(table_cell(figure, figure.values[node]));
  }
  return out.put("</tr>\n");
}

Html table(const GalleryGroup& group, const std::vector<std::size_t>& nodes) {
  Html out;
  out.put(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of all figures\"><table class=\"stack "
      "fleet\"><caption>In brackets: the 95 % interval of one measurement, or the range of several repeats round their "
      "median.</caption><thead><tr><th scope=\"col\">Machine</th><th scope=\"col\">Bundle</th>");
  for (const GalleryFigure& figure : group.figures) {
    out.put("<th scope=\"col\">").text(figure.title).put("</th>");
  }
  out.put("</tr></thead><tbody>");
  for (const std::size_t node : nodes) {
    out.put(table_row(group, node));
  }
  return out.put("</tbody></table></div>");
}

Html outlier_list(const GalleryGroup& group) {
  Html out;
  if (group.outliers.empty()) {
    return out;
  }
  out.put("<ul class=\"outliers\">");
  for (const std::string& sentence : group.outliers) {
    const std::size_t colon = sentence.find(": ");
    out.put("<li><strong>").text(sentence.substr(0, colon)).put("</strong>").text(sentence.substr(colon)).put("</li>");
  }
  return out.put("</ul>");
}

Html strips(const GalleryGroup& group, const std::vector<std::size_t>& nodes) {
  Html out;
  out.put(
      "<p class=\"key\"><span><b>●</b> VALID, with its interval</span><span><b>◆</b> stands out</span><span><b>⊘</b> "
      "INVALID, not compared</span><span><b>▒</b> what noise explains</span><span><b>┆</b> median</span></p>"
      "<div class=\"strips\">");
  for (const GalleryFigure& figure : group.figures) {
    out.put("<figure><figcaption>").text(figure.title);
    if (figure.median) {
      out.text(fmt::format(", median {}", figure_text({.point = figure.median}, figure.unit, Charset::utf8)));
    }
    out.put("</figcaption>").put(gallery_strip(group, figure, nodes)).put("</figure>\n");
  }
  return out.put("</div>");
}

Html group_section(const GalleryGroup& group) {
  const std::vector<std::size_t> nodes = shown_nodes(group);
  const auto sound =
      std::ranges::count_if(group.nodes, [](const GalleryNode& node) { return node.bundle.summary.sound(); });
  Html out;
  out.put("<section class=\"run\"><h2>").text(counted(group.nodes.size(), "machine", "machines")).put(": ");
  out.text(group.title).put("</h2><p class=\"sub\">").text(group.subject);
  out.text(fmt::format(", {} of {} VALID", sound, group.nodes.size())).put("</p>").put(outlier_list(group));
  for (const std::string& note : group.notes) {
    out.put("<p class=\"aside\">").text(note).put("</p>");
  }
  if (nodes.size() < group.nodes.size()) {
    out.put("<p class=\"aside\">")
        .text(
            fmt::format("{} of {} machines are shown, those with a finding first;", nodes.size(), group.nodes.size()));
    out.put(" <code>assay index --json</code> has them all.</p>");
  }
  if (!group.figures.empty()) {
    out.put(strips(group, nodes));
  }
  return out.put(table(group, nodes)).put("</section>\n");
}

Html summary_section(const Gallery& gallery) {
  Html out;
  out.put("<section><h2>What was found</h2><p class=\"finding\">");
  out.text(gallery_verdict(gallery)).put("</p>");
  if (!gallery.warnings.empty()) {
    out.put("<ul class=\"warnings\">");
    for (const std::string& warning : gallery.warnings) {
      out.put("<li><strong>!</strong> ").text(warning).put("</li>");
    }
    out.put("</ul>");
  }
  return out.put("</section>\n");
}

Html refused_section(const Gallery& gallery) {
  Html out;
  if (gallery.refused.empty()) {
    return out;
  }
  out.put("<section><h2>Not read</h2><ul class=\"reasons\">");
  for (std::size_t i = 0; i < gallery.refused.size() && i < kMostShownNodes; ++i) {
    out.put("<li><strong>")
        .text(gallery.refused[i].place)
        .put("</strong> ")
        .text(gallery.refused[i].reason)
        .put("</li>");
  }
  if (gallery.refused.size() > kMostShownNodes) {
    out.put("<li>").text(fmt::format("and {} more", gallery.refused.size() - kMostShownNodes)).put("</li>");
  }
  return out.put("</ul></section>\n");
}

Html how_section() {
  return Html().put(
      "<section><h2>How to read this</h2><p>Machines of one class (CPU model, cores, caches, memory) that ran one "
      "suite "
      "should give the same. A machine is named where its figure is farther from the median of all others than noise "
      "takes the farthest of so many equal machines in 1 of 100 figures (a number of median absolute deviations that "
      "depends on how many there are, with 23 siblings 8.3), by more than 3 %, and its own interval does not hold "
      "their "
      "median. It takes five siblings.</p><p>The figures are those that each bundle.json lists; the result files "
      "beside "
      "it are the measurements. What is INVALID, interrupted or changed after it was written is shown and never "
      "compared.</p></section>\n");
}

}  // namespace

std::string gallery_html(const Gallery& gallery, const std::string& title) {
  Html body;
  body.put("<body>\n<header><p class=\"brand\">Assay gallery</p><h1>").text(title).put("</h1><p class=\"sub\">");
  body.text(fmt::format("{} of {} in {}", counted(gallery.bundle_count, "bundle", "bundles"),
                        counted(gallery.machine_count, "machine", "machines"),
                        counted(gallery.groups.size(), "group", "groups")));
  body.put("</p></header>\n<main>\n").put(summary_section(gallery));
  for (const GalleryGroup& group : gallery.groups) {
    body.put(group_section(group));
  }
  body.put(refused_section(gallery)).put(how_section()).put("</main>\n</body></html>\n");
  // The style is our own; the hash in the head is of exactly these bytes.
  return fmt::format("{}<style>{}</style></head>\n{}", head(title).str(), gallery_style(), body.str());
}

}  // namespace assay
