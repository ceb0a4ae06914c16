# Files and tests of one service; included by secure/CMakeLists.txt.
