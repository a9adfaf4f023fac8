#include "analysis/terminal_canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

/// Bits of U+2800 to U+28FF by row and column of the dot.
constexpr std::array<std::array<unsigned, 2>, 4> kBraille{{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};

std::string braille(unsigned dots) {
  const unsigned code = 0x2800U + dots;
  return {static_cast<char>(0xE0U | (code >> 12U)), static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

}  // namespace

TerminalCanvas::TerminalCanvas(int columns, int rows, Charset charset)
    : columns_(columns), rows_(rows), charset_(charset) {
  if (columns < 1 || rows < 1) {
    throw std::invalid_argument(fmt::format("a picture of {} x {} cells: at least 1 x 1", columns, rows));
  }
  cells_.resize(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
}

bool TerminalCanvas::inside(int column, int row) const {
  return column >= 0 && column < columns_ && row >= 0 && row < rows_;
}

std::size_t TerminalCanvas::index(int column, int row) const {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
}

void TerminalCanvas::dot(double x, double y) {
  if (!(x >= 0.0 && x < columns_ && y >= 0.0 && y < rows_)) {
    return;
  }
  const int column = static_cast<int>(x);
  const int row = static_cast<int>(y);
  const auto across = static_cast<std::size_t>(2.0 * (x - column));
  const auto down = static_cast<std::size_t>(4.0 * (y - row));
  cells_[index(column, row)].dots |= kBraille[std::min<std::size_t>(down, 3)][std::min<std::size_t>(across, 1)];
}

void TerminalCanvas::line(double from_x, double from_y, double to_x, double to_y) {
  const double longest = std::max(2.0 * std::abs(to_x - from_x), 4.0 * std::abs(to_y - from_y));
  const int steps = std::clamp(static_cast<int>(std::ceil(longest)), 1, 100'000);
  for (int i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / steps;
    dot(from_x + share * (to_x - from_x), from_y + share * (to_y - from_y));
  }
}

bool TerminalCanvas::write(int column, int row, std::string_view text) {
  const int length = static_cast<int>(text.size());
  for (int i = 0; i < length; ++i) {
    if (!inside(column + i, row) || cells_[index(column + i, row)].letter != 0) {
      return false;
    }
  }
  for (int i = 0; i < length; ++i) {
    const char letter = text[static_cast<std::size_t>(i)];
    cells_[index(column + i, row)].letter = letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return true;
}

std::vector<std::string> TerminalCanvas::lines() const {
  std::vector<std::string> lines;
  for (int row = 0; row < rows_; ++row) {
    std::string line;
    for (int column = 0; column < columns_; ++column) {
      const Cell& cell = cells_[index(column, row)];
      if (cell.letter != 0) {
        line += cell.letter;
      } else if (cell.dots == 0) {
        line += ' ';
      } else {
        line += charset_ == Charset::utf8 ? braille(cell.dots) : ".";
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace assay
