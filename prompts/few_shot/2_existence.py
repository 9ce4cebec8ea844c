# Is there a green bottle?
def execute_command(image):
    bottles = find(image, "green bottle")
    if len(bottles) > 0:
        return "yes"
    return "no"
