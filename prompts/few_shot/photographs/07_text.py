# What does the sign say?
def execute_command(image):
    return read_text(image)
