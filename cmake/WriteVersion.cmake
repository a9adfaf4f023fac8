# Run by every build (cmake -P): fills version.cpp.in with the state of the checkout and rewrites the output only if
# it changed, so that an unchanged checkout compiles nothing.
#   SOURCE_DIR, INPUT, OUTPUT      the root of the project, version.cpp.in and the file to write
#   ASSAY_*                        what the configuration knows
set(ASSAY_REVISION "unknown")
set(ASSAY_DIRTY "false")
find_program(GIT git)
if(GIT)
  # A tarball unpacked inside somebody else's checkout must not report that one's commit.
  execute_process(COMMAND "${GIT}" rev-parse --show-toplevel WORKING_DIRECTORY "${SOURCE_DIR}"
                  OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    file(REAL_PATH "${top}" top)
    file(REAL_PATH "${SOURCE_DIR}" root)
  endif()
  if(NOT failed AND top STREQUAL root)
    execute_process(COMMAND "${GIT}" rev-parse --short=10 HEAD WORKING_DIRECTORY "${SOURCE_DIR}"
                    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed)
      set(ASSAY_REVISION "${revision}")
      execute_process(COMMAND "${GIT}" --no-optional-locks status --porcelain --untracked-files=no
                      WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE changes ERROR_QUIET)
      if(changes)
        set(ASSAY_DIRTY "true")
      endif()
    endif()
  endif()
endif()
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
