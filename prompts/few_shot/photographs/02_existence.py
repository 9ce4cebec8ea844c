# Is there a bicycle or a bus?
def execute_command(image):
    if exists(image, "bicycle") or exists(image, "bus"):
        return "yes"
    return "no"
