# How many umbrellas are there?
def execute_command(image):
    umbrellas = find(image, "umbrella")
    return str(len(umbrellas))
