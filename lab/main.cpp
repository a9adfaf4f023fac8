#include <span>

#include "lab/command_line.hpp"

int main(int count, char** arguments) {
  return assay::run_program(std::span(arguments, static_cast<std::size_t>(count)));
}
