# Of assay_gpu_check, from this folder: by the main tree, and alone by standalone/CMakeLists.txt.
set(gpu_check_sources
  card.cpp
  card_work.cpp
  ceilings.cpp
  check_run.cpp
  datasheet_lines.cpp
  decoder.cpp
  findings.cpp
  main.cpp
  products.cpp
  witness.cpp
  ../../harness/gpu_activity.cpp
  ../../harness/gpu_board.cpp
  ../../harness/nvml_fields.cpp
  ../../harness/nvml_library.cpp
  ../../kernels/gpu/gpu_datasheet.cpp)
