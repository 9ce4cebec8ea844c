# What color is the boy's shirt?
def execute_command(image):
    # clothes are looked at in the region of the person who wears them
    people = find(image, "person")
    return color_of(people[0])
