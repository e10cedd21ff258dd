/* Parses files to events, as often as asked, and prints the seconds of one round: what reading YAML costs at least. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  int rounds = atoi(argv[1]);
  FILE *file = fopen(argv[2], "rb");
  if (!file || rounds < 1) return 1;
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(size + 1);
  if (!bytes || fread(bytes, 1, size, file) != size) return 1;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  long events = 0;
  for (int round = 0; round < rounds; round++) {
    yaml_parser_t parser;
    yaml_event_t event;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, bytes, size);
    for (;;) {
      if (!yaml_parser_parse(&parser, &event)) return 2;
      yaml_event_type_t type = event.type;
      yaml_event_delete(&event);
      events++;
      if (type == YAML_STREAM_END_EVENT) break;
    }
    yaml_parser_delete(&parser);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  printf("%.6f %ld\n", seconds / rounds, events / rounds);
  return 0;
}
