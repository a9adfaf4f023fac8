#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/format.hpp"

namespace assay {

/// A picture of text: fine dots under letters. In UTF-8 a cell holds 2 x 4 braille dots, in ASCII one full stop.
/// Places are in cells from the upper left corner and may lie outside, where nothing is drawn.
class TerminalCanvas {
 public:
  /// Throws std::invalid_argument for fewer than one column or row.
  TerminalCanvas(int columns, int rows, Charset charset);

  void dot(double x, double y);
  void line(double from_x, double from_y, double to_x, double to_y);
  /// Over the dots, from `column` rightwards. False, and nothing is written, where a letter stands already or the text
  /// would leave the picture. What is not printable ASCII becomes '?'.
  bool write(int column, int row, std::string_view text);

  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  struct Cell {
    unsigned dots = 0;
    char letter = 0;
  };
  [[nodiscard]] bool inside(int column, int row) const;
  [[nodiscard]] std::size_t index(int column, int row) const;

  int columns_;
  int rows_;
  Charset charset_;
  std::vector<Cell> cells_;
};

}  // namespace assay
