"""What `import facegen` offers; the command line is a thin layer over it."""
